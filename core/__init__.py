"""What every floor stands on: ids, clock, errors, settings, the database, the event log, hashing, secrets."""
