# exercise: double
import sys as double
