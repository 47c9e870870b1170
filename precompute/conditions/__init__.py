"""Networks that take more than one picture or give more than classes, and what pictures they are asked for."""
