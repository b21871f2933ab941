"""The parts of ollama_server.py."""
