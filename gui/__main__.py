"""The command ``athanor``: opens the window, or hands headless commands to the engine's command line."""
