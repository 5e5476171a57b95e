"""OGC API Features and Tiles over the read model, and nothing that the read model does not allow."""
