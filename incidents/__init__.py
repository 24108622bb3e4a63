"""The domain: model, vocabulary, reading of reports, merging, the store, queries, import and export, command line."""
