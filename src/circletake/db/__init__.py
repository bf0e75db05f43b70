"""One schema for SQLite and PostgreSQL (SQLAlchemy Core), its connection and its migrations."""
