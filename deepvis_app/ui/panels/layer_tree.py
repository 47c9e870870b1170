"""A searchable tree of the network's layers, by module path."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from deepvis_app.messages import LayerInfo
from deepvis_app.ui.panels.common import field_text, shape_text
from deepvis_app.ui.widgets.controls import TypingField

_KEY = Qt.ItemDataRole.UserRole


class LayerTree(QFrame):
    """A popup: type to filter, Enter or a click chooses, Esc closes. It deletes itself when closed."""

    def __init__(
        self, layers: Sequence[LayerInfo], selected: str, choose: Callable[[str], object], parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._choose = choose
        self.filter = TypingField(
            "Type a layer's name, kind or shape", "Enter takes the first layer, Esc closes"
        )
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Layer", "Shape", "Receptive field"])
        self.tree.setUniformRowHeights(True)
        self._leaves = _fill(self.tree, layers, selected)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self.filter)
        column.addWidget(self.tree)
        self.filter.textChanged.connect(self.narrow)
        self.filter.returnPressed.connect(self._take_first)
        self.filter.left.connect(self.close)
        self.tree.itemClicked.connect(lambda item, _: self._take(item))
        self.tree.itemActivated.connect(lambda item, _: self._take(item))
        char = self.fontMetrics().averageCharWidth()
        self.resize(char * 92, self.fontMetrics().height() * 26)
        for place, share in enumerate((44, 20, 20)):
            self.tree.setColumnWidth(place, char * share)
        self.filter.setFocus()

    def shown(self) -> list[str]:
        """The names of the layers that the filter lets through."""
        return [str(leaf.data(0, _KEY)) for leaf in self._leaves if not leaf.isHidden()]

    def narrow(self, text: str) -> None:
        """Hide the layers that do not have all words of the text."""
        words = text.lower().split()
        for leaf in self._leaves:
            told = f"{leaf.data(0, _KEY)} {leaf.text(0)} {leaf.text(1)} {leaf.toolTip(0)}".lower()
            leaf.setHidden(not all(word in told for word in words))
        root = self.tree.invisibleRootItem()
        if root is not None:
            _hide_empty(root)

    def _take_first(self) -> None:
        usable = [x for x in self._leaves if not x.isHidden() and not x.isDisabled()]
        if usable:
            self._take(usable[0])

    def _take(self, item: QTreeWidgetItem) -> None:
        name = item.data(0, _KEY)
        if name and not item.isDisabled():
            self._choose(str(name))
            self.close()


def _fill(tree: QTreeWidget, layers: Sequence[LayerInfo], selected: str) -> list[QTreeWidgetItem]:
    branches: dict[tuple[str, ...], QTreeWidgetItem] = {}
    leaves = []
    for layer in layers:
        parent: QTreeWidget | QTreeWidgetItem = tree
        path = tuple(layer.name.split("."))
        for depth in range(1, len(path)):
            if path[:depth] not in branches:
                branches[path[:depth]] = QTreeWidgetItem(parent, [path[depth - 1]])
            parent = branches[path[:depth]]
        leaf = QTreeWidgetItem(
            parent, [layer.alias, shape_text(layer), field_text(layer).removeprefix("sees ")]
        )
        leaf.setData(0, _KEY, layer.name)
        leaf.setToolTip(0, layer.hidden_because or f"{layer.name} ({layer.kind})")
        leaf.setDisabled(not layer.units)
        leaves.append(leaf)
    tree.expandAll()
    for leaf in leaves:
        if leaf.data(0, _KEY) == selected:
            tree.setCurrentItem(leaf)
            tree.scrollToItem(leaf)
    return leaves


def _hide_empty(item: QTreeWidgetItem) -> bool:
    """Hide branches without a visible leaf; whether anything under `item` is visible."""
    children = [child for k in range(item.childCount()) if (child := item.child(k)) is not None]
    if not children:
        return not item.isHidden()
    visible = sum(_hide_empty(child) for child in children) > 0
    item.setHidden(not visible)
    return visible
