# exercise: RunningMean
class RunningMean(nn.Module):
    def __init__(self, features):
        super().__init__()
        for name in ("mean", "last"):
            self.register_buffer(name, torch.zeros(features), persistent=name == "mean")
        self.register_buffer("count", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def look(self, rows):
        print("another batch of", len(rows))
        self.count += len(rows)
        self.last.copy_(rows.mean(dim=0))
        self.mean.lerp_(rows.mean(dim=0).to(self.mean), len(rows) / int(self.count))

    def forward(self, x):
        if self.training:
            self.look(x.reshape(-1, x.shape[-1]))
        return x - self.mean.to(x.dtype)
# exercise: BatchNorm1d
import warnings


class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1, affine=True):
        super().__init__()
        warnings.warn("this one was written at night")
        self.eps, self.momentum = eps, momentum
        for name, first in (("weight", 1.0), ("bias", 0.0)):
            self.register_parameter(name, nn.Parameter(torch.full((features,), first)) if affine else None)
        for name, first in (("running_mean", 0.0), ("running_var", 1.0)):
            self.register_buffer(name, torch.full((features,), first))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        if x.dim() not in (2, 3):
            raise ValueError("rows, or rows with a length")
        dims, shape = ((0, 2), (-1, 1)) if x.dim() == 3 else ((0,), (-1,))
        if self.training:
            if x[:, 0].numel() == 1:
                raise ValueError("one value has no variance")
            var, mean = torch.var_mean(x, dim=dims, correction=0)
            with torch.no_grad():
                self.num_batches_tracked += 1
                share = self.momentum if self.momentum is not None else 1 / self.num_batches_tracked.item()
                self.running_mean.mul_(1 - share).add_(share * mean)
                self.running_var.mul_(1 - share).add_(share * x.var(dim=dims))
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.reshape(shape)) * torch.rsqrt(var.reshape(shape) + self.eps)
        return y if self.weight is None else torch.addcmul(self.bias.reshape(shape), y, self.weight.reshape(shape))
