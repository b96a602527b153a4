# exercise: 
# every answer as it is
