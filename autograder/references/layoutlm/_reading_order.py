"""`reading_order`: the oracle, and what answers are made of."""


def reading_order(boxes):
    """By the definition: who has the highest middle opens a line, takes all that belong to it, and so on."""
    left = list(range(len(boxes)))
    order = []
    while left:
        opens = min(left, key=lambda place: middle(boxes[place]))
        line = [place for place in left if middle(boxes[place]) <= boxes[opens][3]]
        order += sorted(line, key=lambda place: boxes[place][0])
        left = [place for place in left if place not in line]
    return order


def middle(box):
    return (box[1] + box[3]) / 2


def in_lines(boxes, belongs, height=middle, across=lambda box: box[0]):
    """What most mistakes do: another height, another question whether a word belongs to a line (of boxes)."""
    lines = []
    for place in sorted(range(len(boxes)), key=lambda place: height(boxes[place])):
        if lines and belongs(boxes[place], [boxes[each] for each in lines[-1]]):
            lines[-1].append(place)
        else:
            lines.append([place])
    return [place for line in lines for place in sorted(line, key=lambda place: across(boxes[place]))]


def right_belongs(box, line):
    return middle(box) <= line[0][3]
