"""Menus, toolbar and shortcuts, built from the ACTIONS table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton, QWidget

from deepvis_app.session import View
from deepvis_app.ui.action import Action, ActionContext, Submenu
from deepvis_app.ui.help import shown_keys


class Menus:
    """Owns the QActions; `show_view` keeps the ticks right."""

    def __init__(
        self, window: QMainWindow, context: ActionContext, entries: Mapping[str, Action | Submenu]
    ) -> None:
        self._context, self._entries = context, entries
        self.actions: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        bar = window.menuBar()
        assert bar is not None  # QMainWindow makes one
        for entry in entries.values():
            menu = self._menus.get(entry.menu) or _menu(bar.addMenu(f"&{entry.menu}"))
            self._menus[entry.menu] = menu
            if entry.gap:
                menu.addSeparator()
            if isinstance(entry, Action):
                self.actions[entry.tag] = self._action(entry, window)
                menu.addAction(self.actions[entry.tag])
            else:
                self._submenu(entry, menu)
        self.toolbar = self._toolbar(window)

    def show_view(self, view: View) -> None:
        """Tick what is on."""
        for tag, action in self.actions.items():
            entry = self._entries[tag]
            if isinstance(entry, Action) and entry.checked is not None:
                action.setChecked(entry.checked(view))

    def _action(self, entry: Action, window: QMainWindow) -> QAction:
        action = QAction(entry.text, window)
        action.setObjectName(entry.tag)
        action.setShortcuts([QKeySequence(key) for key in entry.keys])
        # A key that is held down repeats for moving, not for switching on and off.
        action.setAutoRepeat(entry.checked is None)
        action.setToolTip(_tooltip(entry))
        action.setStatusTip(entry.help)
        action.setCheckable(entry.checked is not None)
        action.setMenuRole(QAction.MenuRole.QuitRole if entry.tag == "quit" else QAction.MenuRole.NoRole)
        action.triggered.connect(partial(self._do, entry))
        window.addAction(action)
        return action

    def _do(self, entry: Action, _checked: bool = False) -> None:
        entry.do(self._context)
        if entry.checked is not None:  # Qt has flipped the tick; the state decides
            self.actions[entry.tag].setChecked(entry.checked(self._context.session.view))

    def _submenu(self, entry: Submenu, menu: QMenu) -> None:
        submenu = _menu(menu.addMenu(entry.text))
        submenu.setObjectName(entry.tag)
        submenu.menuAction().setToolTip(entry.help)  # type: ignore[union-attr]
        submenu.aboutToShow.connect(partial(self._fill, entry, submenu))

    def _fill(self, entry: Submenu, submenu: QMenu) -> None:
        submenu.clear()
        group = QActionGroup(submenu)
        group.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        choices = entry.choices(self._context)
        for choice in choices:
            action = QAction(choice.text, submenu)
            action.setToolTip(choice.help or choice.text)
            action.setEnabled(choice.enabled)
            action.setCheckable(choice.chosen)
            action.setChecked(choice.chosen)
            action.triggered.connect(lambda _checked, do=choice.do: do())
            group.addAction(action)
            submenu.addAction(action)

    def _toolbar(self, window: QMainWindow) -> QToolBar:
        toolbar = QToolBar("Main actions", window)
        toolbar.setObjectName("toolbar")
        toolbar.setMovable(False)
        toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        menu = ""
        for entry in self._entries.values():
            if not isinstance(entry, Action) or not entry.button:
                continue
            if menu and entry.menu != menu:
                toolbar.addSeparator()
            menu = entry.menu
            action = self.actions[entry.tag]
            action.setIconText(entry.button)
            toolbar.addAction(action)
            _name(toolbar.widgetForAction(action), entry)
        window.addToolBar(toolbar)
        return toolbar


def _tooltip(entry: Action) -> str:
    keys = shown_keys(entry.keys)
    return f"{entry.help} ({keys})" if keys else entry.help


def _menu(menu: QMenu | None) -> QMenu:
    assert menu is not None  # addMenu makes one
    menu.setToolTipsVisible(True)
    return menu


def _name(button: QWidget | None, entry: Action) -> None:
    if isinstance(button, QToolButton):
        button.setAccessibleName(entry.text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
