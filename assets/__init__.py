"""Icons, fonts and small trained models that come with the program."""
