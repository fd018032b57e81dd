"""darkroom: what runs. The path of a picture from upload to variants, and its history."""
