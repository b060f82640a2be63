"""From files to quads: found, decoded, parsed with every fault's place, blank nodes named; other people's too."""
