// RightsEngine: drives a request through its life. It must never know HTTP or the terminal.
