using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Skydive.Gremlin.Tests")]
