"""The catalogue of experiments: each is a configuration and a plain function of (configuration, context)."""
