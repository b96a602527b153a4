# exercise: take_rows
def take_rows(table, rows):
    return table[rows].clone()
