"""`greedy_translate`: the oracle, and what its wrong answers are made of."""

import torch


def greedy_translate(model, source, length, start=1, end=None):
    """In lists: what each row has said."""
    training = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(source)
        said = [[start] for _ in source]
        for _ in range(length):
            scores = model.decode(torch.tensor(said, device=source.device), memory, source)
            for row, words in enumerate(said):
                over = end is not None and end in words[1:]
                words.append(0 if over else int(scores[row, -1].argmax()))
    model.train(training)
    return torch.tensor(said, device=source.device)


class Greedy:
    """What wrong answers have in common: each replaces one step."""

    def __call__(self, model, source, length, start=1, end=None):
        training = model.training
        self.prepare(model)
        memory = self.read(model, source)
        target = torch.full((len(source), 1), start, device=source.device)
        ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)
        for _ in range(length):
            word = self.word(model, target, memory, source)
            word, ended = self.end(word, ended, end)
            target = self.append(target, word)
        self.put_back(model, training)
        return self.result(target)

    def prepare(self, model):
        model.eval()

    def read(self, model, source):
        with torch.no_grad():
            return model.encode(source)

    def scores(self, model, target, memory, source):
        with torch.no_grad():
            return model.decode(target, memory, source)

    def word(self, model, target, memory, source):
        return self.scores(model, target, memory, source)[:, -1].argmax(-1)

    def end(self, word, ended, end):
        word = word.masked_fill(ended, 0)
        return word, ended | (word == end)

    def append(self, target, word):
        return torch.cat([target, word[:, None]], dim=1)

    def put_back(self, model, training):
        model.train(training)

    def result(self, target):
        return target
