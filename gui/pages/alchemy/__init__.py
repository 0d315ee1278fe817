"""The Alchemy page: play, watch, step through and branch episodes."""
