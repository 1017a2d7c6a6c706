"""A push producer registered with each transport."""

from bench import send
from producer import Producer

send(Producer.begin)
