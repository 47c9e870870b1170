"""The ACTIONS table: everything a person can do, in the order of the menus.

The letters are those of the 2015 toolbox; what is new has keys that were free there. To add an action: one
entry here. Menus, toolbar, shortcuts, tooltips and the help page follow.
"""

from __future__ import annotations

from dataclasses import replace

from deepvis_app.messages import Seed
from deepvis_app.session import View, facets, intents, methods, painting, pinning
from deepvis_app.ui import choices, clipboard, openings, saving
from deepvis_app.ui.action import Action, ActionContext, Submenu
from deepvis_app.ui.dialogs import jobs, model
from deepvis_app.ui.help import open_log, toggle_help
from deepvis_app.ui.pinning import pin

MENUS = ("File", "Source", "Model", "Unit", "Backward", "View", "Tools", "Help")
STEP = 1
FAST = intents.FAST


def _seed(context: ActionContext, kind: str) -> None:
    seed: Seed = replace(context.session.view.state.seed, kind=kind)  # type: ignore[arg-type]
    context.session.change(seed=seed)


def _frozen(view: View) -> bool:
    return view.source.state == "paused"


def _on_camera(view: View) -> bool:
    return view.source.spec is not None and view.source.spec.kind == "camera"


# fmt: off
_ENTRIES: tuple[Action | Submenu, ...] = (
    # ---- File ----
    Action("open", "Open picture or video…", "File", "Open a picture, a video file or a list of pictures",
           openings.open_file, ("Ctrl+O",), button="Open…"),
    Action("open_folder", "Open folder…", "File", "Go through the pictures of a folder",
           openings.open_folder, ("Ctrl+Shift+O",)),
    Action("open_tree", "Open folder with subfolders…", "File", "Go through the pictures of a folder and all inside",
           openings.open_tree),
    Action("open_list", "Open image list…", "File", "Open a text file with one picture path (and class) per line",
           openings.open_list),
    Action("open_url", "Open address…", "File", "Open a stream or a file by its address (rtsp://, http://)",
           openings.open_url, ("Ctrl+U",)),
    Action("paste", "Paste picture", "File", "Show the picture, file or address on the clipboard",
           clipboard.paste, ("Ctrl+V",), gap=True),
    Action("copy", "Copy pane", "File", "Copy the pane under the mouse as a picture",
           clipboard.copy_pane, ("Ctrl+C",)),
    Submenu("save_pane", "Save pane as PNG", "File", "Save one pane as a picture", saving.panes, gap=True),
    Action("save_window", "Save window as PNG…", "File", "Save the whole window as a picture",
           saving.save_window, ("Ctrl+S",)),
    Action("save_report", "Save unit report…", "File", "Save one page about the selected unit as a picture",
           saving.save_report, ("Ctrl+Shift+S",), button="Report…"),
    Action("quit", "Quit", "File", "Close DeepVis", lambda c: c.window.leave(), ("Q", "Ctrl+Q"), gap=True),

    # ---- Source ----
    Action("camera", "Camera or files", "Source", "Change between the camera and the files",
           openings.toggle_camera, ("C",), checked=_on_camera, button="Camera"),
    Submenu("cameras", "Choose camera", "Source", "The cameras of this computer", openings.cameras),
    Action("samples", "Built-in photographs", "Source", "Go through the photographs that come with DeepVis",
           lambda c: c.services.open_path("samples"), button="Samples"),
    Action("pattern", "Test pattern", "Source", "A moving picture that needs neither camera nor file",
           lambda c: c.services.open_path("pattern")),
    Action("freeze", "Freeze", "Source", "Freeze the frame, or go on: also pauses and plays a video",
           lambda c: intents.freeze(c.session), ("F",), checked=_frozen, button="Freeze", gap=True),
    Action("previous", "Previous picture", "Source", "The previous picture or video frame",
           lambda c: openings.step(c, "previous"), ("W", "PgUp"), button="◀ Previous"),
    Action("next", "Next picture", "Source", "The next picture or video frame",
           lambda c: openings.step(c, "next"), ("E", "PgDown"), button="Next ▶"),
    Action("loop", "Loop", "Source", "Start a video again when it ends",
           lambda c: intents.source(c.session, "loop", 0 if c.session.view.source.looping else 1),
           checked=lambda v: v.source.looping),
    Submenu("speed", "Speed", "Source", "How fast a video plays", choices.speeds),
    Action("retry", "Try again", "Source", "Open the camera, stream or file once more",
           lambda c: intents.source(c.session, "retry")),
    Action("crop", "Crop or squash", "Source", "Cut out the centre, or squash the whole picture into the input",
           lambda c: intents.toggle_crop(c.session), ("0",), gap=True),
    Submenu("fit", "Fit into the input", "Source", "How a picture is fitted into the network's input", choices.crops),
    Action("mirror", "Mirror", "Source", "Show the frame mirrored; the network's input stays as it is",
           lambda c: intents.toggle(c.session, "mirror"), checked=lambda v: v.state.mirror),
    Action("network_input", "Exact network input", "Source", "Show what the network gets instead of the frame",
           lambda c: intents.toggle(c.session, "show_network_input"), ("X",),
           checked=lambda v: v.state.show_network_input),
    Action("heat", "Heat on the input", "Source", "Lay the backward picture over the frame",
           lambda c: intents.toggle(c.session, "heat_on_input"), ("Y",), checked=lambda v: v.state.heat_on_input),

    # ---- Model ----
    Action("model", "Choose model…", "Model", "Load another network, other weights, or your own file",
           model.choose_model, ("Ctrl+M",), button="Model…"),
    Submenu("recent_models", "Recent models", "Model", "The models loaded last", model.recent),
    Submenu("device", "Device", "Model", "Where the network is computed", choices.devices),

    # ---- Unit ----
    Action("layer_left", "Previous layer", "Unit", "The previous layer, without leaving the unit grid",
           lambda c: intents.move_layer(c.session, -STEP), ("U",)),
    Action("layer_right", "Next layer", "Unit", "The next layer, without leaving the unit grid",
           lambda c: intents.move_layer(c.session, STEP), ("O",)),
    Submenu("layers", "Layer", "Unit", "All layers of the network", choices.layers),
    Action("left", "Left", "Unit", "One unit to the left; in the layer bar, the previous layer",
           lambda c: intents.move(c.session, 0, -STEP), ("Left", "J"), gap=True),
    Action("right", "Right", "Unit", "One unit to the right; in the layer bar, the next layer",
           lambda c: intents.move(c.session, 0, STEP), ("Right", "L")),
    Action("up", "Up", "Unit", "One row of units up; from the first row to the layer bar",
           lambda c: intents.move(c.session, -STEP, 0), ("Up", "I")),
    Action("down", "Down", "Unit", "One row of units down; from the layer bar into the grid",
           lambda c: intents.move(c.session, STEP, 0), ("Down", "K")),
    Action("left_fast", "Left by three", "Unit", "Three units (or layers) to the left",
           lambda c: intents.move(c.session, 0, -FAST), ("Shift+J", "Shift+Left")),
    Action("right_fast", "Right by three", "Unit", "Three units (or layers) to the right",
           lambda c: intents.move(c.session, 0, FAST), ("Shift+L", "Shift+Right")),
    Action("up_fast", "Up by three", "Unit", "Three rows of units up",
           lambda c: intents.move(c.session, -FAST, 0), ("Shift+I", "Shift+Up")),
    Action("down_fast", "Down by three", "Unit", "Three rows of units down",
           lambda c: intents.move(c.session, FAST, 0), ("Shift+K", "Shift+Down")),
    Action("find", "Find unit or class…", "Unit", "Find a unit by number, layer:number or class name",
           lambda c: c.window.focus_search(), ("Ctrl+F", "/"), button="Find…", gap=True),
    Submenu("order", "Sort units", "Unit", "The order of the units in the grid", choices.orders),
    Action("next_order", "Next order", "Unit", "Sort by index, by activation now, or by class name",
           lambda c: intents.cycle_order(c.session), ("R",)),
    Action("pattern_mode", "Next pictures in the grid", "Unit",
           "What every unit prefers (AM, DGN-AM), its best real patch, its activation again",
           lambda c: intents.cycle_pattern(c.session), ("S",), checked=lambda v: bool(v.state.pattern)),
    Submenu("content", "Tiles", "Unit", "What the grid shows of every unit", choices.contents),
    Action("session_pictures", "Pictures of this session", "Unit",
           "Show what excited the unit in this session, or the pictures made beforehand",
           lambda c: pinning.toggle_pictures_from(c.session), ("7",),
           checked=lambda v: v.state.pictures_from == "session", gap=True),
    Action("facets", "Facet map", "Unit", "Show the kinds of images that excite the unit, or its pictures",
           lambda c: facets.toggle_facets(c.session), ("Shift+F",),
           checked=lambda v: v.state.pictures_from == "facets"),
    Action("methods", "All methods", "Unit", "Show every way to make the unit's picture side by side, or its pictures",
           lambda c: methods.toggle_methods(c.session), ("Shift+M",),
           checked=lambda v: v.state.pictures_from == "methods"),
    Action("pin", "Pin picture", "Unit", "Keep the best picture of this session (or the one under the mouse), or take "
           "it out", pin, ("Shift+P",)),
    Action("start_afresh", "Start the session's pictures afresh", "Unit", "Forget what excited the units so far",
           lambda c: pinning.start_afresh(c.session)),
    Action("paint", "Paint this unit now", "Unit", "Watch a picture come about that the unit prefers, or stop",
           lambda c: painting.toggle_painting(c.session), ("6",), checked=lambda v: v.state.painting, gap=True),
    Action("poke", "Poke the painting", "Unit", "Shake what is being painted with noise; it goes on from there",
           lambda c: painting.poke(c.session), ("1",)),
    Action("paint_again", "Paint again", "Unit", "Paint the same from another start",
           lambda c: painting.again(c.session), ("2",)),
    Action("paint_from", "Paint from this frame", "Unit", "Begin to paint with what the network sees now",
           lambda c: painting.start_from_input(c.session), ("3",)),
    Action("paint_keep", "Keep the painting", "Unit", "Keep the strongest painted picture in your own atlas",
           lambda c: painting.keep(c.session), ("4",)),
    Action("reset", "Reset", "Unit", "First layer and unit, no backward pass, default scales, no frozen origin; "
           "while a second unit is marked, only its mark goes",
           lambda c: intents.reset(c.session), ("Esc",), gap=True),

    # ---- Backward ----
    Action("back_loop", "Next backward picture", "Backward", "Off, gradient, its norm, deconvnet, guided, off",
           lambda c: intents.cycle_back(c.session), ("B",), button="Backward"),
    Action("method_loop", "Next method", "Backward", "Off, gradient, deconvnet, guided backprop, off",
           lambda c: intents.cycle_method(c.session), ("N",)),
    Submenu("method", "Method", "Backward", "How the backward picture is computed", choices.methods),
    Action("view_loop", "Next view", "Backward", "Raw, gray, norm, blurred norm, positive sum, overlay",
           lambda c: intents.cycle_back_view(c.session), ("M",)),
    Submenu("view", "View", "Backward", "How the backward picture is drawn", choices.views),
    Action("show_back", "Gradients in the grid", "Backward", "Show each unit's gradient instead of its activation",
           lambda c: intents.toggle_backward_grid(c.session), ("A",), checked=lambda v: v.state.grid == "backward",
           gap=True),
    Action("freeze_origin", "Freeze origin", "Backward", "Keep this unit as the start while you look at others",
           lambda c: intents.toggle_frozen_origin(c.session), ("D",),
           checked=lambda v: v.state.origin is not None, button="Freeze origin"),
    Action("seed_map", "Start: whole map", "Backward", "Start the backward pass from the unit's whole map",
           lambda c: _seed(c, "map"), checked=lambda v: v.state.seed.kind == "map", gap=True),
    Action("seed_max", "Start: maximum", "Backward", "Start from the place where the unit is most active",
           lambda c: _seed(c, "max"), checked=lambda v: v.state.seed.kind == "max"),
    Action("seed_position", "Start: picked position", "Backward", "Start from the position picked in the unit's map",
           lambda c: _seed(c, "position"), checked=lambda v: v.state.seed.kind == "position"),
    Action("seed_loop", "Next start", "Backward", "Whole map, maximum, picked position",
           lambda c: intents.cycle_seed(c.session), ("G",)),

    # ---- View ----
    Action("overview", "All layers", "View", "Show every layer's units at once",
           lambda c: intents.toggle(c.session, "overview"), ("V",), checked=lambda v: v.state.overview,
           button="All layers"),
    Action("zoom", "Enlarge", "View", "Fill the large pane with the grid, the unit or the backward picture",
           lambda c: intents.cycle_zoom(c.session), ("Z",), checked=lambda v: v.state.zoom > 0, button="Enlarge"),
    Action("gamma", "Next gamma", "View", "Brighten weak activations: gamma 1, 0.7, 0.5, 0.3",
           lambda c: intents.cycle_gamma(c.session), ("T",), gap=True),
    Action("boost", "Next boost", "View", "Let each unit use more of the range: 0, 0.3, 0.5, 0.8, 1",
           lambda c: intents.cycle_boost(c.session), ("Shift+T",)),
    Action("frame_range", "Scale to each frame", "View", "Take the brightness range from each frame alone",
           lambda c: intents.toggle_range(c.session), checked=lambda v: v.state.scale.range_policy == "frame"),
    Submenu("palette", "Colours", "View", "The colours of the activations", choices.palettes),
    Action("next_palette", "Next colours", "View", "The next colours of the activations",
           lambda c: intents.cycle_palette(c.session), ("P",)),
    Action("scores", "Class scores", "View", "Show or hide the class scores",
           lambda c: intents.toggle(c.session, "show_scores"), ("8",), checked=lambda v: v.state.show_scores, gap=True),
    Action("unit_pictures", "Unit pictures", "View", "Show or hide the pictures of the unit",
           lambda c: intents.toggle(c.session, "show_unit_pictures"), ("9",),
           checked=lambda v: v.state.show_unit_pictures),
    Submenu("panes", "Panes", "View", "Which panes are shown", choices.panes),
    Submenu("theme", "Theme", "View", "Light or dark", choices.themes, gap=True),
    Action("full_screen", "Full screen", "View", "Fill the screen, and back",
           lambda c: c.window.toggle_full_screen(), ("F11",)),
    Action("debug", "Timings", "View", "How many timings the status line tells: none, some, all",
           lambda c: intents.cycle_debug(c.session), ("5",), checked=lambda v: v.state.debug > 0),

    # ---- Tools ----
    Action("jobs", "Jobs…", "Tools", "Make preferred pictures and patches of real images, and see how far they are",
           jobs.open_jobs, ("Ctrl+J",), button="Jobs…"),

    # ---- Help ----
    Action("help", "Keys and actions", "Help", "This page", toggle_help, ("H", "F1"), button="Help"),
    Action("log", "Show the log file", "Help", "Open the folder with the log of errors", open_log),
)
# fmt: on

ACTIONS: dict[str, Action | Submenu] = {entry.tag: entry for entry in _ENTRIES}
