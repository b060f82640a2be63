"""Looking at any linked-data site from outside: does it answer as the standards say?"""
