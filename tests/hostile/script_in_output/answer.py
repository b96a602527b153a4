# exercise: double
from IPython.display import HTML, Javascript, display

EVIL = "<script>document.title = 'owned'</script><img src=x onerror=alert(1)>"
display(HTML(EVIL), Javascript("alert(1)"))


def double(x):
    print(EVIL)
    raise ValueError(EVIL)
