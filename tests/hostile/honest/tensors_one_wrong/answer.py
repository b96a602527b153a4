# exercise: take_rows
def take_rows(table, rows):
    return torch.zeros_like(table[rows])
