"""
The base of the Python classes that look like Twisted's and hand all to an object of ours.
"""
import inspect


class Face:
    """
    Base of classes that look like Twisted's and have an object of ours behind them.

    A subclass says: `ours`, the name of our class; `ourMethods`, each with its parameters, as
    'write(data) doWrite()'; `ourState`, the attributes that our object holds. A leading underscore of
    a name is dropped on our side. What a Python subclass overrides, our object has overridden: a
    method calls Python, an attribute is a field.
    """

    bridge = None
    ours = None
    ourMethods = ""
    ourState = ""
    stateNames = frozenset()
    methodNames = ()
    takesText = False

    def __init_subclass__(cls):
        super().__init_subclass__()
        if "ourMethods" not in cls.__dict__:
            return
        cls.faceOf = cls
        names = []
        for signature in cls.ourMethods.split():
            name, parameters = signature.rstrip(")").split("(")
            names.append(name)
            if name not in cls.__dict__:
                setattr(cls, name, cls.stub(name, [p for p in parameters.split(",") if p]))
        cls.methodNames = tuple(names)
        cls.stateNames = frozenset(cls.ourState.split())

    @classmethod
    def stub(cls, name, parameters):
        """A method that calls our own, below any override in Python."""

        def method(self, *arguments, **named):
            arguments += tuple(named.pop(p) for p in parameters[len(arguments) :] if p in named)
            assert not named, f"{name} has no {named}"
            return self.callOurs(cls.ours, name, arguments)

        method.__name__ = name
        method.isStub = True
        return method

    def callOurs(self, ours, name, arguments):
        bridge = self.bridge
        if self.takesText:
            arguments = [self.bytesFor(argument) for argument in arguments]
        return bridge.ask(
            **{"class": ours},
            do="super",
            of=bridge.toWire(self),
            name=name.lstrip("_"),
            args=[bridge.toWire(argument) for argument in arguments],
        )

    def bytesFor(self, argument):
        """These tests of Twisted's write text where bytes are due; then they get text back."""
        if isinstance(argument, str):
            self.bridge.textWritten = True
            return argument.encode("latin-1")
        if isinstance(argument, bytes):
            self.bridge.textWritten = False
        return argument

    def construct(self, *arguments):
        """Makes our object; call it where the constructor of Twisted's class does its work."""
        bridge = self.bridge
        if self.takesText:
            bridge.textWritten = False
        self.__dict__["constructed"] = True
        overrides = {}
        for name in self.methodNames:
            if name in self.__dict__ or not hasattr(getattr(type(self), name), "isStub"):
                overrides[name.lstrip("_")] = name
        overrides.update((name, name) for name in self.ownMethods())
        bridge.ask(
            **{"class": self.ours},
            do="make",
            face=bridge.numberOf(self),
            pythonClass=type(self).__name__,
            overrides=overrides,
            fields={name.lstrip("_"): bridge.toWire(value) for name, value in self.fields()},
            args=[bridge.toWire(argument) for argument in arguments],
        )

    def ownMethods(self):
        """The methods that a Python subclass has beyond those of our class."""
        for cls in type(self).__mro__:
            if cls in self.faceOf.__mro__:
                continue
            for name, value in cls.__dict__.items():
                if inspect.isfunction(value) and not name.startswith("_"):
                    if name not in self.stateNames and not hasattr(self.faceOf, name):
                        yield name

    def fields(self):
        """The attributes of our object's state that a Python subclass, or this object, has set."""
        classes = type(self).__mro__
        found = dict(self.__dict__)
        for cls in classes[: classes.index(self.faceOf)]:
            for name, value in cls.__dict__.items():
                found.setdefault(name, value)
        for name in self.stateNames:
            if name in found and not inspect.isdatadescriptor(found[name]):
                yield name, found[name]

    def __getattribute__(self, name):
        get = object.__getattribute__
        if name in get(self, "stateNames") and "constructed" in get(self, "__dict__"):
            bridge = get(self, "bridge")
            return bridge.ask(do="get", of=bridge.toWire(self), name=name.lstrip("_"))
        return get(self, name)

    def __setattr__(self, name, value):
        bridge = self.bridge
        if "constructed" in self.__dict__:
            of = bridge.toWire(self)
            ours = name.lstrip("_")
            if name in self.stateNames:
                bridge.ask(do="set", of=of, name=ours, value=bridge.toWire(value))
                return
            if name in self.methodNames:
                bridge.ask(
                    do="override", of=of, name=ours, face=bridge.numberOf(self), pythonName=name
                )
        object.__setattr__(self, name, value)
