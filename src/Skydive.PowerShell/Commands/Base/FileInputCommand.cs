using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>What the commands share that read files: paths with wildcards, or literal ones.</summary>
public abstract class FileInputCommand : SessionCommand
{
    /// <summary>The parameter set of <see cref="Path"/>.</summary>
    private protected const string PathSet = "Path";

    /// <summary>The parameter set of <see cref="LiteralPath"/>.</summary>
    private protected const string LiteralSet = "LiteralPath";

    /// <summary>Files or patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet, HelpMessage = "The files; wildcards are allowed.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files, taken literally.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet, HelpMessage = "The files, taken literally.")]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Does something with each file. What goes wrong with one is an error about this file, and the command goes on.</summary>
    /// <param name="action">What to do with a file.</param>
    private protected void ForEachFile(Action<string> action)
    {
        foreach (string path in ParameterSetName == LiteralSet ? LiteralPath.Select(GetUnresolvedProviderPathFromPSPath) : Path.SelectMany(Resolve))
        {
            try
            {
                Attempt(path, () => action(path));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                WriteError(ErrorRecords.From(exception, path));
            }
        }
    }

    private IEnumerable<string> Resolve(string path)
    {
        try
        {
            return GetResolvedProviderPathFromPSPath(path, out _);
        }
        catch (ItemNotFoundException exception)
        {
            WriteError(ErrorRecords.Make(exception, "FileNotFound", ErrorCategory.ObjectNotFound, path, null));
            return [];
        }
    }
}
