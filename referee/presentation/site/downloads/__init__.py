"""What the site gives to take away: boards as data, the league as one file and one database, the feed, badges, cards."""
