"""What the end-to-end tests drive and judge with: real processes, raw sockets, real media tools."""
