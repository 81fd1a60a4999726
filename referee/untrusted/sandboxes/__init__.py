"""The sandboxes, a file each, and what they have in common: the guard, the inside, the system calls that are refused."""
