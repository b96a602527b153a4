"""Ids and metadata are lost, as in Colab."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    for cell in release.cells:
        del cell["id"]
        cell.metadata.clear()
    release.metadata = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    release.nbformat_minor = 0
    return release
