/* commands.c: the table of all that a key can do */
#include "config.h"
#include "keys/commands.h"

#include <glib/gi18n-lib.h>

#define FRAMES LW_GROUP_FRAMES, LW_KEYS_WORKSPACE
#define STATUS LW_GROUP_STATUS, LW_KEYS_WORKSPACE
#define LEFT LW_GROUP_LEFT, LW_KEYS_WORKSPACE
#define CLASSES LW_GROUP_CLASSES, LW_KEYS_WORKSPACE
#define PROPOSAL LW_GROUP_PROPOSAL, LW_KEYS_WORKSPACE
#define EDITING LW_GROUP_EDITING, LW_KEYS_WORKSPACE
#define TOOLS LW_GROUP_TOOLS, LW_KEYS_WORKSPACE
#define TOOL_USE LW_GROUP_TOOL_USE, LW_KEYS_WORKSPACE
#define TOOL_USE_CANVAS LW_GROUP_TOOL_USE, LW_KEYS_CANVAS
#define CURSOR LW_GROUP_CURSOR, LW_KEYS_CANVAS
#define VIEW LW_GROUP_VIEW, LW_KEYS_WORKSPACE
#define VIEW_CANVAS LW_GROUP_VIEW, LW_KEYS_CANVAS
#define PICTURE LW_GROUP_PICTURE, LW_KEYS_WORKSPACE
#define PROJECT LW_GROUP_PROJECT, LW_KEYS_WORKSPACE
#define TRAINING LW_GROUP_TRAINING, LW_KEYS_WORKSPACE
#define PROGRAM LW_GROUP_PROGRAM, LW_KEYS_WINDOW

/* In the order in which people read them. Numbers of tools are those of LwTool. */
static const LwCommand commands[] = {
  { "frames.next", N_("Next frame"), "period Page_Down", FRAMES },
  { "frames.previous", N_("Previous frame"), "comma Page_Up", FRAMES },
  { "frames.next-new", N_("Next unlabelled frame"), "n", FRAMES },
  { "frames.previous-new", N_("Previous unlabelled frame"), "<Shift>n", FRAMES },
  { "frames.first", N_("First frame"), "Home", FRAMES },
  { "frames.last", N_("Last frame"), "End", FRAMES },
  { "frames.go-to", N_("Go to a frame by name, number or time"), "<Control>g", FRAMES },
  { "frames.play", N_("Play and pause"), "k", FRAMES },

  { "status.submit", N_("Submit the frame"), "<Control>Return", STATUS },
  { "status.accept", N_("Accept the frame"), "<Control><Shift>Return", STATUS },
  { "status.return", N_("Return the frame"), "<Control><Shift>BackSpace", STATUS },
  { "frames.next-review", N_("Next frame to review"), "<Control>r", STATUS },
  { "frames.previous-review", N_("Previous frame to review"), "<Control><Shift>r", STATUS },
  { "review.comment", N_("Comment under the pointer"), "<Shift>m", STATUS },
  { "review.show", N_("Review pane"), "<Alt>r", STATUS },
  { "review.next-breach", N_("Next place that keeps the frame from being accepted"), "<Alt>n", STATUS },
  { "review.previous-breach", N_("Previous place that keeps the frame from being accepted"), "<Alt><Shift>n", STATUS },
  { "review.next-comment", N_("Next comment"), "<Alt>Page_Down", STATUS },
  { "review.previous-comment", N_("Previous comment"), "<Alt>Page_Up", STATUS },
  { "review.answer", N_("Answer the comment"), "<Alt>a", STATUS },
  { "review.resolve", N_("Resolve the comment, or open it again"), "<Alt>e", STATUS },
  { "frames.assign", N_("Assign the chosen frames"), "<Control>d", STATUS },
  { "chosen.submit", N_("Submit the chosen frames"), "<Alt>Return", STATUS },
  { "chosen.accept", N_("Accept the chosen frames"), "<Alt><Shift>Return", STATUS },
  { "chosen.return", N_("Return the chosen frames"), "<Alt><Shift>BackSpace", STATUS },
  { "status.submit-all", N_("Submit all frames in progress"), "<Control><Alt>Return", STATUS },
  { "status.accept-all", N_("Accept all submitted frames"), "<Control><Alt><Shift>Return", STATUS },

  { "workspace.show-options::left", N_("How much is left, and which sizes count"), "<Alt>l", LEFT },
  { "left.next-unlabelled", N_("Next unlabelled area"), "F6", LEFT },
  { "left.previous-unlabelled", N_("Previous unlabelled area"), "<Shift>F6", LEFT },
  { "left.next-speck", N_("Next speck"), "F11", LEFT },
  { "left.previous-speck", N_("Previous speck"), "<Shift>F11", LEFT },
  { "left.next-unsure", N_("Next region where the proposal is unsure"), "F12", LEFT },
  { "left.previous-unsure", N_("Previous region where the proposal is unsure"), "<Shift>F12", LEFT },

  { "workspace.class-previous", N_("Previous class"), "<Alt>Up", CLASSES },
  { "workspace.class-next", N_("Next class"), "<Alt>Down", CLASSES },
  { "workspace.search-class", N_("Search classes"), "slash <Control>f", CLASSES },
  { "canvas.pick-class", N_("Pick the class under the pointer"), "o", CLASSES },
  { "workspace.hide-class", N_("Hide or show the class"), "<Shift>h", CLASSES },
  { "workspace.lock-class", N_("Lock or unlock the class"), "<Shift>l", CLASSES },

  { "proposal.propose", N_("Propose labels"), "q", PROPOSAL },
  { "proposal.cancel", N_("Stop proposing"), "<Shift>q", PROPOSAL },
  { "proposal.apply-all", N_("Apply the whole proposal"), "a", PROPOSAL },
  { "proposal.apply-class", N_("Apply the selected class of it"), "c", PROPOSAL },
  { "proposal.discard", N_("Discard"), "Delete", PROPOSAL },
  { "workspace.overwrite-hand", N_("Applying may replace hand work, or not"), "<Shift>a", PROPOSAL },

  { "canvas.undo", N_("Undo"), "<Control>z", EDITING },
  { "canvas.redo", N_("Redo"), "<Control><Shift>z <Control>y", EDITING },
  { "steps.undo", N_("Undo a submit, accept or return, classes, media"), "<Control><Alt>z", EDITING },
  { "steps.redo", N_("Redo a submit, accept or return, classes, media"), "<Control><Alt><Shift>z", EDITING },

  { "workspace.tool(1)", N_("Brush"), "b", TOOLS },
  { "workspace.tool(2)", N_("Eraser"), "e", TOOLS },
  { "workspace.tool(8)", N_("Line"), "i", TOOLS },
  { "workspace.tool(6)", N_("Reveal the proposal"), "v", TOOLS },
  { "workspace.tool(3)", N_("Polygon"), "p", TOOLS },
  { "workspace.tool(7)", N_("Lasso"), "l", TOOLS },
  { "workspace.tool(9)", N_("Superpixels"), "s", TOOLS },
  { "workspace.tool(10)", N_("Intelligent scissors"), "w", TOOLS },
  { "workspace.tool(11)", N_("Box cut"), "x", TOOLS },
  { "workspace.tool(4)", N_("Fill"), "f", TOOLS },
  { "workspace.tool(12)", N_("Fill by colour"), "t", TOOLS },
  { "workspace.tool(5)", N_("Apply single regions of the proposal"), "r", TOOLS },
  { "workspace.tool(0)", N_("Move the picture"), "m", TOOLS },
  { "workspace.last-tool", N_("The tool before this one"), "z", TOOLS },
  { "workspace.adjust", N_("Grow, shrink, smooth, remove specks, fill holes, replace a class"), "j", TOOLS },

  { "canvas.brush-smaller", N_("Smaller brush or superpixels, less tolerance"), "bracketleft", TOOL_USE },
  { "canvas.brush-larger", N_("Larger brush or superpixels, more tolerance"), "bracketright", TOOL_USE },
  { "workspace.show-options::tool", N_("Options of the tools"), "<Alt>t", TOOL_USE },
  { "workspace.brush-shape", N_("Round or square brush"), "<Shift>b", TOOL_USE },
  { "workspace.paint-over", N_("Paint over everything, unlabelled pixels, one class"), "<Shift>p", TOOL_USE },
  { "workspace.protect-hand", N_("The tools keep what people painted, or not"), "<Shift>w", TOOL_USE },
  { "canvas.finish-polygon", N_("Finish the polygon, the scissors or the box cut"), "Return", TOOL_USE_CANVAS },
  { "canvas.remove-corner", N_("Take back a corner of the polygon or the scissors"), "BackSpace", TOOL_USE_CANVAS },
  { "canvas.finish-part", N_("Close this part of the polygon and begin another one"), "<Shift>Return", TOOL_USE_CANVAS },
  { "canvas.remove-part", N_("Remove the part of the polygon under the pointer"), "<Shift>BackSpace", TOOL_USE_CANVAS },
  { "canvas.cancel", N_("Give up the stroke, the polygon, the scissors or the box cut"), "Escape", TOOL_USE_CANVAS },

  { "canvas.cursor::left", N_("Cursor to the left"), "Left", CURSOR },
  { "canvas.cursor::right", N_("Cursor to the right"), "Right", CURSOR },
  { "canvas.cursor::up", N_("Cursor up"), "Up", CURSOR },
  { "canvas.cursor::down", N_("Cursor down"), "Down", CURSOR },
  { "canvas.cursor::left-far", N_("Cursor far to the left"), "<Shift>Left", CURSOR },
  { "canvas.cursor::right-far", N_("Cursor far to the right"), "<Shift>Right", CURSOR },
  { "canvas.cursor::up-far", N_("Cursor far up"), "<Shift>Up", CURSOR },
  { "canvas.cursor::down-far", N_("Cursor far down"), "<Shift>Down", CURSOR },
  { "canvas.cursor::left-pixel", N_("Cursor one pixel to the left"), "<Control>Left", CURSOR },
  { "canvas.cursor::right-pixel", N_("Cursor one pixel to the right"), "<Control>Right", CURSOR },
  { "canvas.cursor::up-pixel", N_("Cursor one pixel up"), "<Control>Up", CURSOR },
  { "canvas.cursor::down-pixel", N_("Cursor one pixel down"), "<Control>Down", CURSOR },
  { "canvas.cursor-use", N_("Put the tool down, or lift it; click"), "u", CURSOR },
  { "canvas.cursor-use-other", N_("The same as with Ctrl held: erase superpixels, exclude from the box, keep off edges"), "<Control>u", CURSOR },

  { "canvas.zoom-in", N_("Zoom in"), "plus <Control>plus", VIEW },
  { "canvas.zoom-out", N_("Zoom out"), "minus <Control>minus", VIEW },
  { "canvas.zoom-fit", N_("Whole picture"), "<Control>0", VIEW },
  { "canvas.zoom-100", N_("One pixel to one pixel"), "<Control>1", VIEW },
  { "canvas.hold-pan", N_("Move the picture while held"), "space", VIEW_CANVAS, TRUE },
  { "canvas.hold-peek", N_("Labels off while held"), "h Tab", VIEW_CANVAS, TRUE },
  { "canvas.hold-proposal", N_("The proposal in place of the labels while held"), "d", VIEW_CANVAS, TRUE },
  { "canvas.hold-revision", N_("The last revision in place of the labels while held"), "y", VIEW_CANVAS, TRUE },
  { "workspace.overlay", N_("Show labels, or not"), "<Alt>h", VIEW },
  { "workspace.show-proposal", N_("Show the proposal, or not"), "<Shift>v", VIEW },
  { "workspace.opacity-down", N_("Less opaque labels"), "braceleft", VIEW },
  { "workspace.opacity-up", N_("More opaque labels"), "braceright", VIEW },
  { "workspace.show-options::view", N_("All ways to look"), "<Alt>v", VIEW },
  { "view.style", N_("Labels filled, as outlines, with patterns"), "F2", VIEW },
  { "view.unsure", N_("Heat where the network is unsure"), "F3", VIEW },
  { "view.split", N_("One view, two side by side, or two with a divider"), "F4", VIEW },
  { "view.against", N_("What labels are compared with in the second view"), "<Shift>F4", VIEW },
  { "view.divider-left", N_("Divider to the left"), "less", VIEW },
  { "view.divider-right", N_("Divider to the right"), "greater", VIEW },
  { "view.overview", N_("Overview map when zoomed in"), "<Shift>F3", VIEW },
  { "view.rulers", N_("Rulers"), "<Shift>F2", VIEW },
  { "workspace.side-pane", N_("Side pane"), "F9", VIEW },
  { "workspace.pane-wider", N_("Side pane wider"), "<Shift>F9", VIEW },
  { "workspace.pane-narrower", N_("Side pane narrower"), "<Control>F9", VIEW },
  { "workspace.timeline", N_("Timeline"), "F8", VIEW },
  { "workspace.focus-canvas", N_("Back to the canvas"), "<Alt>c", VIEW },
  { "workspace.show-page::label", N_("Page “Label”"), "<Alt>1", VIEW },
  { "workspace.show-page::train", N_("Page “Train”"), "<Alt>2", VIEW },
  { "workspace.show-page::models", N_("Page “Models”"), "<Alt>3", VIEW },
  { "workspace.show-page::project", N_("Page “Project”"), "<Alt>4", VIEW },
  { "workspace.show-options::menu", N_("Main menu"), "F10", VIEW },

  { "view.darker", N_("Darker"), "<Control>bracketleft", PICTURE },
  { "view.brighter", N_("Brighter"), "<Control>bracketright", PICTURE },
  { "view.less-contrast", N_("Less contrast"), "<Control>braceleft", PICTURE },
  { "view.more-contrast", N_("More contrast"), "<Control>braceright", PICTURE },
  { "view.equalise", N_("Equalise"), "<Shift>e", PICTURE },
  { "view.channel", N_("All channels, red, green or blue alone"), "<Shift>c", PICTURE },
  { "view.reset-picture", N_("As it is"), "<Shift>r", PICTURE },

  { "project.add-media", N_("Add media"), "<Control>m", PROJECT },
  { "project.find-media", N_("Find media that have moved"), "<Control><Shift>m", PROJECT },
  { "project.edit-classes", N_("Edit the classes"), "<Control>k", PROJECT },
  { "project.remove-class", N_("Remove the class, or merge it into another one"), "<Control><Shift>k", PROJECT },
  { "project.media", N_("Media: remove, bring back"), "<Control><Alt>m", PROJECT },
  { "review.contract", N_("What must hold before a frame is accepted"), "<Control>j", PROJECT },
  { "project.import", N_("Import labels"), "<Control>i", PROJECT },
  { "project.export", N_("Export"), "<Control>e", PROJECT },

  { "project.save-copy", N_("Save a copy of the project, with what could not be saved here"), "<Control><Shift>s", PROJECT },

  { "workspace.show-pane::history", N_("History of the frame"), "<Control>h", PROJECT },
  { "history.go-to-frame", N_("Show the frame of the revision"), "<Alt>g", PROJECT },
  { "workspace.show-pane::snapshots", N_("Snapshots"), "<Control><Alt>1", PROJECT },
  { "workspace.show-pane::statistics", N_("Statistics"), "<Control><Alt>2", PROJECT },
  { "workspace.show-pane::datasets", N_("Datasets"), "<Control><Alt>3", PROJECT },
  { "workspace.show-pane::log", N_("Log"), "<Control><Alt>4", PROJECT },
  { "workspace.show-pane::packages", N_("Packages"), "<Control><Alt>5", PROJECT },
  { "workspace.show-pane::backups", N_("Backups"), "<Control><Alt>6", PROJECT },
  { "workspace.show-pane::space", N_("Disk Space"), "<Control><Alt>7", PROJECT },
  { "workspace.show-pane::check", N_("Check"), "<Control><Alt>8", PROJECT },

  { "train.start", N_("Start training"), "<Control>t", TRAINING },
  { "train.cancel", N_("Cancel the training"), "<Control><Shift>t", TRAINING },
  { "train.resume", N_("Resume the training"), "<Control><Alt>t", TRAINING },
  { "train.use-new", N_("Use the new model for proposals"), "<Alt>u", TRAINING },
  { "train.use-old", N_("Back to the old model"), "<Control><Alt>u", TRAINING },

  { "win.new-project", N_("New project"), "<Control>n", PROGRAM },
  { "win.open-project", N_("Open a project"), "<Control>o", PROGRAM },
  { "win.open-sample", N_("Open the sample"), "<Control><Shift>o", PROGRAM },
  { "win.open-again", N_("Open the project again, where it could only be read"), "<Control><Alt>o", PROGRAM },
  { "app.new-window", N_("New window"), "<Control><Shift>n", PROGRAM },
  { "app.preferences", N_("Preferences"), "<Control>comma", PROGRAM },
  { "win.show-help-overlay", N_("Keyboard shortcuts"), "<Control>question F1", PROGRAM },
  { "app.about", N_("About Labelwright"), "<Shift>F1", PROGRAM },
  { "window.close", N_("Close the window"), "<Control>w", PROGRAM },
  { "app.quit", N_("Quit"), "<Control>q", PROGRAM },
};

const LwCommand *
lw_commands_get (guint *n)
{
  *n = G_N_ELEMENTS (commands);
  return commands;
}

const LwCommand *
lw_commands_find (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].id, id))
      return &commands[i];
  return NULL;
}

const char *
lw_command_group_get_title (LwCommandGroup group)
{
  static const char *const titles[LW_N_GROUPS] = {
    [LW_GROUP_FRAMES] = N_("Frames"), [LW_GROUP_STATUS] = N_("Status"), [LW_GROUP_LEFT] = N_("What Is Left"), [LW_GROUP_CLASSES] = N_("Classes"),
    [LW_GROUP_PROPOSAL] = N_("Proposal"), [LW_GROUP_EDITING] = N_("Editing"), [LW_GROUP_TOOLS] = N_("Tools"), [LW_GROUP_TOOL_USE] = N_("At Work"),
    [LW_GROUP_CURSOR] = N_("Painting by Keys"), [LW_GROUP_VIEW] = N_("View"), [LW_GROUP_PICTURE] = N_("Picture (shown, never changed)"),
    [LW_GROUP_PROJECT] = N_("Project"), [LW_GROUP_TRAINING] = N_("Training"), [LW_GROUP_PROGRAM] = N_("Program"),
  };
  return _(titles[group]);
}
