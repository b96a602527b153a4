"""What each exercise must show. Public: these files know no answer."""
