using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Skydive.Storage.Tests")]
