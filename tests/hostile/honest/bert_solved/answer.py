# every answer as it is
