"""What pages are made with: the frame, and the parts that several kinds of page share."""
