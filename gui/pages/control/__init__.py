"""The Control page: policies that have to remember, watched from outside and from inside."""
