namespace Skydive.PowerShell;

/// <summary>A file is there that must not be replaced.</summary>
internal sealed class FileExistsException(string path) : IOException($"{path} is there already");
