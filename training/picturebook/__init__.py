"""picturebook: a small CoDi trained from scratch."""
