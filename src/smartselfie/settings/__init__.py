"""What booth and watch can be told, declared once, and where it comes from."""
