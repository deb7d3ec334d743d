"""Days and times as the filters of our own pages write them: "Tue 24 Nov 2026, 10:20"."""

DATE_FORMAT = "D j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "D j M Y, H:i"
MONTH_DAY_FORMAT = "j F"
