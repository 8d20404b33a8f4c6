namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Counts the distinct names of a part: parsers keep every one of them for as long as they live.</summary>
internal sealed class XmlNames
{
    private const int LongestName = 512;
    private const int DistinctNames = 4096;

    private readonly HashSet<ulong> names = [];
    private readonly ulong[] recent = new ulong[1024];

    public void Remember(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestName)
        {
            throw Refusals.ForbiddenXml();
        }

        var hash = Hash(name);

        if (recent[hash % 1024] == hash)
        {
            return;
        }

        recent[hash % 1024] = hash;
        names.Add(hash);

        if (names.Count > DistinctNames)
        {
            throw Refusals.ForbiddenXml();
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> name)
    {
        var hash = 14695981039346656037UL;

        foreach (var letter in name)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return hash;
    }
}
