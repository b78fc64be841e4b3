// Replaced by the first phantom.
