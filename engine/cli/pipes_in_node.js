// Put before the programs built for node: Emscripten writes and reads every file it opens at a position, which pipes have not.
Module['preRun'] = () => {
  const create = FS.createStream;
  FS.createStream = (stream, fd) => create({ ...stream, seekable: stream.seekable && fs.fstatSync(stream.nfd).isFile() }, fd);
};
