"""Ground floor: what every app builds on. Imports no app."""
