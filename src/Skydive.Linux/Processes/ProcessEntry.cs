using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Processes;

/// <summary>A process at one time.</summary>
/// <param name="Id">Its id in the process namespace of <c>/proc</c>.</param>
/// <param name="Access">Whether it could be looked into. Never gone: those are left out.</param>
/// <param name="Namespace">Its network namespace; of zeros when it could not be looked into.</param>
public readonly record struct ProcessEntry(int Id, ProcessAccess Access, NamespaceId Namespace);
