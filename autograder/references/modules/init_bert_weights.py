"""`init_bert_weights`: what goes wrong, and other ways that are right."""

import torch
from torch import Tensor, nn

from autograder.references import alternative, mistake, promised
from autograder.references.modules import _init_bert_weights_mistakes  # noqa: F401  (they register themselves)
from autograder.references.modules._init_bert_weights import init_bert_weights, started


@mistake(
    init_bert_weights,
    "A layer norm without weight and bias is not provided for: both are None, and writing into them fails. Ask before.",
    keeps=0.6,
)
def every_norm_has_weights(module, std=0.02):
    if isinstance(module, nn.LayerNorm):
        nn.init.ones_(module.weight)
        nn.init.zeros_(module.bias)
    else:
        started(module, std)


@mistake(init_bert_weights, "The bias of a linear layer is left as it was; it starts at 0.")
def keeps_the_bias(module, std=0.02):
    started(module, std, bias=None)


@mistake(
    init_bert_weights,
    "The padding's row gets random numbers. Its gradient is always 0, so it would keep them for ever: set it to 0 "
    "after the draw.",
)
def draws_the_padding(module, std=0.02):
    started(module, std, padding=False)


@mistake(
    init_bert_weights,
    "Embeddings have a standard deviation of 1, as torch starts them. They are drawn with `std`, like the "
    "weights of linear layers.",
)
def forgets_embeddings(module, std=0.02):
    started(module, std, embeddings=False)


@mistake(init_bert_weights, "Layer norms are left as they were; they start with weight 1 and bias 0.")
def forgets_norms(module, std=0.02):
    started(module, std, norms=False)


@mistake(init_bert_weights, "A layer norm's weight is 0, and nothing gets through it. It scales: it starts at 1.")
def shuts_the_norms(module, std=0.02):
    started(module, std, norm=0.0)


@mistake(
    init_bert_weights, "std is taken for the variance: normal_ takes the standard deviation as it is, without a root."
)
def takes_a_variance(module, std=0.02):
    started(module, std**0.5)


@mistake(init_bert_weights, "The weights are uniform between ±std. BERT draws them from a normal distribution.")
def draws_evenly(module, std=0.02):
    started(module, std, draw=lambda weight: weight.uniform_(-std, std))


@mistake(
    init_bert_weights,
    "`std` makes no difference: the weights have 0.02, whatever was asked for. Hand it on to the draw.",
)
def fixed_std(module, std=0.02):
    started(module, 0.02)


@mistake(
    init_bert_weights,
    "The embeddings' standard deviation is fixed at 0.02, whatever std is. They take std, as the linear layers do.",
)
def fixed_std_of_embeddings(module, std=0.02):
    started(module, 0.02 if isinstance(module, nn.Embedding) else std)


@mistake(
    init_bert_weights,
    "A call for one module changes those inside it, too, as by module.modules(). `apply` already visits "
    "every module: layers deep inside would be drawn again and again.",
    keeps=0.85,
)
def goes_deeper(module, std=0.02):
    for part in module.modules():
        started(part, std)


@mistake(
    init_bert_weights,
    "A module without a bias breaks it: with bias=False, `module.bias` is None, and so are weight and bias "
    "of a LayerNorm with elementwise_affine=False. Ask before you fill them.",
)
def needs_a_bias(module, std=0.02):
    started(module, std)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


@mistake(
    init_bert_weights,
    "Autograd forbids to write into a parameter, or into a view of one such as the padding's row. Do it "
    "under torch.no_grad().",
)
def writes_under_autograd(module, std=0.02):
    started(module, std, padding=False)
    if isinstance(module, nn.Embedding) and module.padding_idx is not None:
        module.weight[module.padding_idx].zero_()


NEW = (
    "New parameters take the place of old ones: what is tied comes apart, and an optimizer holds the old ones. "
    "Write into those that are there: normal_(), zero_()."
)


def _makes_new(kinds, names):
    """New parameters of these names in modules of these kinds."""

    def answer(module, std=0.02):
        started(module, std)
        for name, parameter in list(module.named_parameters(recurse=False)):
            if isinstance(module, kinds) and name in names:
                setattr(module, name, nn.Parameter(parameter.data))

    answer.__name__ = f"makes_new_{'_and_'.join(names)}_of_{len(kinds)}"
    mistake(init_bert_weights, NEW, keeps=0.9)(answer)


_makes_new((nn.Linear, nn.Embedding, nn.LayerNorm), ("weight", "bias"))
_makes_new((nn.Linear, nn.Embedding), ("weight", "bias"))
_makes_new((nn.Linear, nn.Embedding), ("weight",))
_makes_new((nn.Linear,), ("weight", "bias"))
_makes_new((nn.Linear,), ("weight",))


@mistake(init_bert_weights, "It changes modules that were not asked for, such as convolutions.", keeps=0.9)
def draws_everything(module, std=0.02):
    started(module, std)
    if isinstance(module, nn.Conv1d):
        nn.init.normal_(module.weight, std=std)
        nn.init.zeros_(module.bias)


@mistake(
    init_bert_weights,
    "padding_idx=0 is taken for none: row 0 is a row like any other, and in BERT it is the padding. Ask `is not None`.",
    keeps=0.95,
)
def zero_is_no_padding(module, std=0.02):
    started(module, std, padding=bool(getattr(module, "padding_idx", None)))


@mistake(
    init_bert_weights,
    "std=0.0 is taken for the default, as by `std or 0.02`. Zero is a number like any other.",
    keeps=0.95,
)
def zero_is_the_default(module, std=0.02):
    started(module, std or 0.02)


@mistake(
    init_bert_weights,
    "Row 0 is emptied, whatever `padding_idx` says. It names the row, and without padding it is None.",
)
def always_the_first_row(module, std=0.02):
    started(module, std, padding=False)
    if isinstance(module, nn.Embedding):
        module.weight.data[0] = 0


@mistake(
    init_bert_weights,
    "The bias is drawn like the weight; it starts at 0.",
)
def draws_the_bias(module, std=0.02):
    started(module, std, bias=None)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.normal_(module.bias, std=std)


@mistake(
    init_bert_weights,
    "The weights are drawn around `std`, not around 0: the first number of normal_ is the mean. Write std=std.",
)
def takes_std_for_the_mean(module, std=0.02):
    started(module, std, draw=lambda weight: nn.init.normal_(weight, std))


@mistake(
    init_bert_weights,
    "Linear layers and embeddings get another spread than std, perhaps Xavier's or Kaiming's, which follows "
    "from their sizes. BERT's standard deviation is std everywhere.",
)
def takes_xavier(module, std=0.02):
    started(module, std, draw=lambda weight: nn.init.xavier_normal_(weight))


@mistake(
    init_bert_weights,
    "The weights of linear layers are left as they were. torch's own start is uniform and follows from the "
    "inputs: draw them anew, normally with `std`.",
)
def forgets_linear_weights(module, std=0.02):
    if isinstance(module, nn.Linear):
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    else:
        started(module, std)


@mistake(
    init_bert_weights,
    "Every module with a `weight` is drawn. isinstance(module, nn.Linear) tells which is which: convolutions and other "
    "norms are left alone.",
    keeps=0.9,
)
def goes_by_the_attribute(module, std=0.02):
    if isinstance(getattr(module, "weight", None), Tensor) and not isinstance(module, nn.LayerNorm):
        nn.init.normal_(module.weight, std=std)
        if isinstance(getattr(module, "bias", None), Tensor):
            nn.init.zeros_(module.bias)
    started(module, std)


@alternative(init_bert_weights)
def started_by_nn_init(module, std=0.02):
    match module:
        case nn.Linear():
            nn.init.normal_(module.weight, mean=0.0, std=std)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        case nn.Embedding():
            nn.init.normal_(module.weight, mean=0.0, std=std)
            if module.padding_idx is not None:
                with torch.no_grad():
                    module.weight[module.padding_idx].fill_(0)
        case nn.LayerNorm(weight=Tensor()):
            module.reset_parameters()


@alternative(init_bert_weights)
def started_by_data(module, std=0.02):
    if isinstance(module, nn.Linear | nn.Embedding):
        module.weight.data = torch.randn_like(module.weight) * std
        if getattr(module, "padding_idx", None) is not None:
            module.weight.data[module.padding_idx] = 0
    if isinstance(module, nn.LayerNorm) and module.weight is not None:
        module.weight.data[:] = 1.0
    if isinstance(module, nn.Linear | nn.LayerNorm) and module.bias is not None:
        module.bias.data.zero_()


promised(
    init_bert_weights,
    "Gives one module BERT's first weights; for `model.apply(init_bert_weights)`.",
    by=["a linear layer's weight", "one module at a time"],
)
promised(
    init_bert_weights,
    "module: an `nn.Linear` gets a normal weight and the bias 0, an `nn.Embedding` a normal weight with the row "
    "`padding_idx` at 0, an `nn.LayerNorm` the weight 1 and the bias 0; what is None stays None.",
    by=[
        "a linear layer's bias",
        "an embedding with padding",
        "the first row is the padding",
        "a layer norm",
        "a layer norm without a bias",
    ],
)
promised(
    init_bert_weights,
    "A subclass of one of the three counts as that one.",
    by=["subclasses of the three"],
)
promised(
    init_bert_weights,
    "Other modules are left alone, and so are modules inside this one.",
    by=["other modules are left alone", "one module at a time"],
)
promised(init_bert_weights, "The parameters stay the same objects.", by=["the parameters stay the same objects"])
promised(init_bert_weights, "std: standard deviation of the normal distribution.", by=["another std", "std 0"])
