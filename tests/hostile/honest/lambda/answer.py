# exercise: double
double = lambda x: x + x
