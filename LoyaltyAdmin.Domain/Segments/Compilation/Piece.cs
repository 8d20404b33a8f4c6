using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Segments.Compilation;

/// <summary>What one condition asks of the database: of the member's own columns, or whether the member is in a set found elsewhere.</summary>
internal abstract record Piece
{
    public static Piece In(IQueryable<long> memberIds, bool not = false) => new Found(memberIds, not);

    /// <summary>As <see cref="In"/>, of a query that finds nobody twice.</summary>
    public static Piece InOnce(IQueryable<long> memberIds, bool not = false) => new Found(memberIds, not) { IsOnce = true };

    public static Piece Has(Expression<Func<Member, bool>> test) => new Own(test);

    public static Piece Everybody { get; } = Has(_ => true);

    public static Piece Nobody { get; } = Has(_ => false);

    /// <summary>The same turned round. Both forms are never unknown in SQL: identifiers are not null, tests of columns guard against null themselves.</summary>
    public Piece Negate(bool not = true) => !not ? this : this switch
    {
        Found found => found with { Not = !found.Not },
        Own own => new Own(Expression.Lambda<Func<Member, bool>>(Expression.Not(own.Test.Body), own.Test.Parameters)),
        Group group => new Group(group.Match == Match.All ? Match.Any : Match.All, [.. group.Pieces.Select(piece => piece.Negate())]),
        _ => throw new InvalidOperationException(),
    };
}

internal sealed record Own(Expression<Func<Member, bool>> Test) : Piece;

internal sealed record Found(IQueryable<long> MemberIds, bool Not) : Piece
{
    /// <summary>The query finds nobody twice: it may be counted as it is.</summary>
    public bool IsOnce { get; init; }
}

internal sealed record Group(Match Match, IReadOnlyList<Piece> Pieces) : Piece;

/// <summary>How the database had best look whether a member is in a set.</summary>
internal enum Lookup
{
    /// <summary>Finds the whole set once; best where it decides alone, and always on SQLite.</summary>
    Set,

    /// <summary>Looks for the one member: best for a single one, and beside an “or” on the servers, where a large set would be searched row by row.</summary>
    Member,
}

/// <summary>Puts pieces together into one condition on a member.</summary>
internal static class Pieces
{
    /// <summary>The one set that alone decides, each member once in it; null: there is more to ask.</summary>
    public static IQueryable<long>? OneSet(Piece piece) => piece switch
    {
        Found { Not: false, IsOnce: true } found => found.MemberIds,
        Group { Pieces: [var only] } => OneSet(only),
        _ => null,
    };

    /// <param name="piece">What to ask.</param>
    /// <param name="all">How sets are looked up where every piece must hold.</param>
    /// <param name="any">How they are looked up everywhere else.</param>
    public static Expression<Func<Member, bool>> Combine(Piece piece, Lookup all, Lookup any)
    {
        var member = Expression.Parameter(typeof(Member), "m");

        return Expression.Lambda<Func<Member, bool>>(Body(piece, member, all, any), member);
    }

    private static Expression Body(Piece piece, ParameterExpression member, Lookup lookup, Lookup any) => piece switch
    {
        Own own => new Replace(own.Test.Parameters[0], member).Visit(own.Test.Body),
        Found { Not: false } found => Contains(found.MemberIds, member, lookup),
        Found found => Expression.Not(Contains(found.MemberIds, member, any)),
        Group { Match: Match.All } group => group.Pieces.Select(part => Body(part, member, lookup, any)).Aggregate((Expression)Expression.Constant(true), And),
        Group group => AnyOf(group.Pieces, member, lookup, any),
        _ => throw new InvalidOperationException(),
    };

    // Sets of an “or” are one set: so the database may still find it once.
    private static Expression AnyOf(IReadOnlyList<Piece> pieces, ParameterExpression member, Lookup lookup, Lookup any)
    {
        var sets = pieces.OfType<Found>().Where(found => !found.Not).Select(found => found.MemberIds).ToList();
        var others = pieces.Where(piece => piece is not Found { Not: false }).ToList();
        Expression? united = sets.Count == 0 ? null : Contains(sets.Aggregate((a, b) => a.Concat(b)), member, others.Count == 0 ? lookup : any);

        return others.Select(part => Body(part, member, others.Count == 1 && united is null ? lookup : any, any)).Aggregate(united ?? Expression.Constant(false), Or);
    }

    private static Expression And(Expression a, Expression b) => a is ConstantExpression { Value: true } ? b : Expression.AndAlso(a, b);

    private static Expression Or(Expression a, Expression b) => a is ConstantExpression { Value: false } ? b : Expression.OrElse(a, b);

    private static MethodCallExpression Contains(IQueryable<long> ids, ParameterExpression member, Lookup lookup)
    {
        var own = Expression.Property(member, nameof(Member.Id));
        if (lookup == Lookup.Set)
        {
            return Expression.Call(typeof(Queryable), nameof(Queryable.Contains), [typeof(long)], ids.Expression, own);
        }

        var id = Expression.Parameter(typeof(long), "id");

        return Expression.Call(typeof(Queryable), nameof(Queryable.Any), [typeof(long)], ids.Expression, Expression.Quote(Expression.Lambda<Func<long, bool>>(Expression.Equal(id, own), id)));
    }

    private sealed class Replace(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
