"""The desk where overlaps are ended: detection, proposals, decision, and what people are shown."""
