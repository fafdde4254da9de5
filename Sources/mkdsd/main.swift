internal import Logging

print("mkdsd")
