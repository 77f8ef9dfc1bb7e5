"""PostgreSQL: keeps the bytes and gives every event its place."""
