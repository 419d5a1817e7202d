"""The reader: an archive as pages for a person, and as JSON, CSV and feeds for programs. It only ever reads."""
